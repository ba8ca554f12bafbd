#include "config/glob.h"

#include <fnmatch.h>

#include "config/characters.h"
#include "config/rejected.h"

namespace overlayd {
namespace {

// The characters between the brackets, without '!' or '^'.
void check_set(std::string_view glob, std::string_view characters) {
  const std::string set = lower_case(characters);
  for (size_t at = 1; at + 1 < set.size(); at++)  // first or last, a '-' stands for itself
    if (set[at] == '-' && set[at - 1] > set[at + 1])
      throw Rejected::because("'{}' is no glob: there is nothing from '{}' to '{}'", glob,
                              set[at - 1], set[at + 1]);
}

}  // namespace

bool is_glob(std::string_view text) {
  return text.find_first_of("*?[]") != std::string_view::npos && consists_of(text, "._-*?[]!^");
}

void check_glob(std::string_view glob) {
  for (size_t at = 0; at < glob.size(); at++) {
    if (glob[at] == ']')
      throw Rejected::because("'{}' is no glob: it has a ']' without a '['", glob);
    if (glob[at] != '[') continue;
    size_t begin = at + 1;
    if (begin < glob.size() && (glob[begin] == '!' || glob[begin] == '^')) begin++;
    const size_t end = glob.find(']', begin + 1);  // a ']' that comes first is one of the set
    if (end == std::string_view::npos)
      throw Rejected::because("'{}' is no glob: it has a '[' without a ']'", glob);
    check_set(glob, glob.substr(begin, end - begin));
    at = end;
  }
}

bool matches_glob(const std::string& glob, const std::string& name) {
  return fnmatch(glob.c_str(), name.c_str(), FNM_CASEFOLD) == 0;
}

}  // namespace overlayd
