-- As prosody-modules checks its modules.
std = "lua51+lua54"
codes = true
max_line_length = 150
read_globals = { "module", "prosody" }
