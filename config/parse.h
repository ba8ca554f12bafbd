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

// A block that names other machines only.
struct ServiceForOthers {
  std::string name;
  std::vector<std::string> machines;  // as they are written
  Origin origin;
};

struct ParseResult {
  std::optional<Config> config;         // none if anything is wrong
  std::vector<Diagnostic> diagnostics;  // everything that is wrong, in the file's order
  std::vector<ServiceForOthers> services_for_others;
  std::string text;  // what was parsed, where it came from a file
};

// Never throws for what is in the text, whatever it is; only where the accounts of this machine
// cannot be read. `file` is what messages call it.
ParseResult parse_text(std::string_view text, const std::string& file, const Host& host);

// The same for a file; that it cannot be read is a diagnostic too.
ParseResult parse_file(const std::string& path, const Host& host);
// And for what comes from a descriptor until its end.
ParseResult parse_stream(int fd, const std::string& name, const Host& host);

}  // namespace overlayd
