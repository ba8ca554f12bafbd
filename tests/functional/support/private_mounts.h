// Mounts that nobody but this test program sees.
#pragma once

#include <string>

namespace overlayd::test {

// Moves this process into a mount namespace of its own; again does no harm.
void make_mounts_private();

// These need that first. What they mount is gone with the process.
void bind(const std::string& source, const std::string& target);
// A small file system, and no space left on it.
void mount_disk(const std::string& target);
void fill_disk(const std::string& target);

}  // namespace overlayd::test
