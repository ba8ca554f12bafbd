// Keeps a folder as it is: nobody, root neither, can change by its path what is in it.
#pragma once

#include <string>

namespace overlayd {

// Lets a read-only mount of `folder` stand on it; nothing if there is one. Who is to write there
// goes below it, see without_mounts().
void write_protect(const std::string& folder);
bool is_write_protected(const std::string& folder);
// Takes it away, if it is there.
void allow_writing(const std::string& folder);

}  // namespace overlayd
