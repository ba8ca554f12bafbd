#include "daemon/steps/own_directory.h"

#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"

namespace overlayd {
namespace {

Fd make_parents(const std::string& path) {
  if (path == "/") return open_dir(path);
  const Fd parent = make_parents(parent_path(path));
  return make_dir_at(parent.get(), file_name(path), 0755);
}

}  // namespace

bool is_roots_alone(const Fd& dir, const std::string& path) {
  struct stat status {};
  check(fstat(dir.get(), &status), "cannot look at {}", path);
  return status.st_uid == 0 && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

Fd open_own_directory(const std::string& path) {
  if (kind_of(path) == PathKind::missing) make_parents(path);
  Fd dir = open_dir(path);
  if (!is_roots_alone(dir, path))
    throw Error::of("cannot use {}: it must belong to root and be writable for root only", path);
  return dir;
}

}  // namespace overlayd
