// Texts as execve(2) wants them.
#pragma once

#include <string>
#include <vector>

namespace overlayd {

// Ends with a null pointer; lives as long as `texts` do.
std::vector<char*> pointers(const std::vector<std::string>& texts);

}  // namespace overlayd
