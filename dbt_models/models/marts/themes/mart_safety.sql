{{ theme_mart() }}
