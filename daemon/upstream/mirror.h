// The local copy of one upstream, and what its two helpers may see of the machine.
#pragma once

#include <string>

#include "base/sandbox.h"
#include "config/config.h"
#include "daemon/state/settings.h"

namespace overlayd {

// "github.com-miekg-blah-origin-1a2b3c4d5e6f7081": readable, unique, safe as a file name.
std::string mirror_name(const std::string& url);

class Mirror {
 public:
  // Makes the folder if it is missing. Throws Error.
  Mirror(const Settings& settings, const UpstreamConfig& upstream);

  const std::string& path() const { return path_; }
  // Reads the secrets from their files, as root; throws Error if one cannot be read.
  Sandbox fetch_sandbox() const;
  // Private files are called otherwise inside: their paths there become those of services.toml.
  std::string with_known_names(std::string message) const;
  Sandbox read_sandbox(const std::string& staging) const;

 private:
  Sandbox sandbox() const;

  const Settings& settings_;
  UpstreamConfig upstream_;
  std::string path_;
};

// Moves the mirror of an upstream out of the way, for good. Does nothing if there is none.
void discard_mirror(const Settings& settings, const UpstreamConfig& upstream);

// A folder that the writer may fill; discarded with this object, as is the workbench beside it.
class StagingFolder {
 public:
  explicit StagingFolder(const Settings& settings);
  ~StagingFolder();
  StagingFolder(const StagingFolder&) = delete;
  StagingFolder& operator=(const StagingFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// What an earlier daemon has left in staging/, if it could not clean up. Before any is made.
void discard_left_over_staging(const Settings& settings) noexcept;

}  // namespace overlayd
