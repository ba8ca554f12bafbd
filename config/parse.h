// services.toml -> Config. Reads, nothing else.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/diagnostic.h"
#include "config/machine.h"

namespace overlayd {

struct ParseResult {
  std::optional<Config> config;                  // none if anything is wrong
  std::vector<Diagnostic> diagnostics;           // everything that is wrong, in the file's order
  std::vector<std::string> services_for_others;  // names of blocks that name other machines only
  std::string text;                              // what was parsed, where it came from a file
};

// Never throws for what is in the text, whatever it is; only where the accounts of this machine
// cannot be read. `file` is what messages call it.
ParseResult parse_text(std::string_view text, const std::string& file, const Host& host);

// The same for a file; that it cannot be read is a diagnostic too.
ParseResult parse_file(const std::string& path, const Host& host);

// "services.toml: 3 services for this machine, 2 for others"; for a result without diagnostics.
std::string summary(const ParseResult& result, std::string_view file);

}  // namespace overlayd
