"""Pages about what is expected and what measures did: forecasts, effects and the algorithms behind them."""
