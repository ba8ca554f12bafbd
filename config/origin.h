// Where in the file a value stands.
#pragma once

#include <string>

namespace overlayd {

// Line and column (in characters), both from 1; line 0 is the file as a whole. Never makes two
// values differ: a service that only moved down by a line did not change.
struct Origin {
  int line = 0;
  int column = 0;

  bool operator==(const Origin& /*other*/) const { return true; }
};

// "services.toml:12"
std::string in_services_toml(const Origin& origin);

}  // namespace overlayd
