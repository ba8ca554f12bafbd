// services.toml while overlayd runs: what of it is in force, and what changes that.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "base/loop.h"
#include "config/parse.h"
#include "daemon/config_watch.h"
#include "daemon/host_watch.h"
#include "daemon/load.h"

namespace overlayd {

class ConfigInForce {
 public:
  ConfigInForce(const Settings& settings, Loaded loaded);

  // From now on `changed` runs when another configuration is in force: somebody changed the file,
  // or this machine became another by its name or addresses.
  void watch(Loop& loop, Callback changed);

  // Reads the file again. If anything is wrong with it, the one before stays in force and the
  // diagnostics are returned; else `changed` has run, and the text is empty.
  std::string reload();

  const Config& config() const { return config_; }
  // The diagnostics of the file as it is, if it is not the one in force.
  const std::string& error() const { return error_; }
  // Blocks for other machines. What is in place for one is only taken away when the file is read
  // again on purpose: the address that it names may just not be up yet.
  const std::set<std::string>& for_others() const { return for_others_; }

 private:
  ParseResult read() const;
  void file_changed();
  void host_changed();
  bool is_in_force(const std::string& text) const;
  std::string consider(ParseResult result);
  void take_over(ParseResult result);

  const Settings& settings_;
  Config config_;
  std::string text_;  // of the file that is in force
  std::string error_;
  std::set<std::string> for_others_;
  Callback changed_;
  std::unique_ptr<ConfigWatch> watch_;
  std::unique_ptr<HostWatch> host_watch_;
};

}  // namespace overlayd
