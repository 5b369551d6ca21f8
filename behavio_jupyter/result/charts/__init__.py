"""Pictures of results, one module for each analysis; Plotly loads with them."""
