#include "ctl/output.h"

#include <unistd.h>

#include "base/file.h"
#include "ctl/json.h"

namespace overlayd::ctl {

void print(const std::string& text) { write_all(STDOUT_FILENO, text); }

void print_answer(const Value& answer, bool json, Render render) {
  print(json ? to_json(answer) : render(answer, view_of_stdout()));
}

}  // namespace overlayd::ctl
