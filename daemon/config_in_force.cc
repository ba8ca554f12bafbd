#include "daemon/config_in_force.h"

#include "base/log.h"
#include "config/summary.h"
#include "daemon/read_config.h"

namespace overlayd {

ConfigInForce::ConfigInForce(const Settings& settings, Loaded loaded)
    : settings_(settings),
      config_(std::move(loaded.config)),
      text_(std::move(loaded.text)),
      error_(std::move(loaded.config_error)),
      for_others_(loaded.services_for_others.begin(), loaded.services_for_others.end()) {}

void ConfigInForce::watch(Loop& loop, Callback changed) {
  changed_ = std::move(changed);
  watch_ = std::make_unique<ConfigWatch>(loop, settings_.config_file, [this] { file_changed(); });
  host_watch_ = std::make_unique<HostWatch>(loop, [this] { host_changed(); });
}

ParseResult ConfigInForce::read() const {
  return read_changed_config(settings_.config_file, settings_);
}

std::string ConfigInForce::reload() { return consider(read()); }

// An editor writes a file in several goes, and then somebody may order a reload: what is known is
// not said again.
void ConfigInForce::file_changed() {
  ParseResult result = read();
  const bool known =
      result.config ? is_in_force(result.text) : render(result.diagnostics) == error_;
  if (!known) consider(std::move(result));
}

bool ConfigInForce::is_in_force(const std::string& text) const {
  return error_.empty() && text == text_;
}

std::string ConfigInForce::consider(ParseResult result) {
  if (!result.config) {
    error_ = render(result.diagnostics);
    log_error("{} was refused; the one before it is in force:\n{}", settings_.config_file, error_);
    return error_;
  }
  if (!is_in_force(result.text)) log_info("{}", summary(result, settings_.config_file));
  error_.clear();
  text_ = result.text;
  remember_good_config(settings_, result.text);
  for_others_.clear();
  take_over(std::move(result));
  return "";
}

void ConfigInForce::host_changed() {
  ParseResult result = read();
  if (!result.config || *result.config == config_) return;
  log_info("this machine goes by another name or address: {}",
           summary(result, settings_.config_file));
  for (const auto& service : result.services_for_others) for_others_.insert(service.name);
  take_over(std::move(result));
}

void ConfigInForce::take_over(ParseResult result) {
  config_ = std::move(*result.config);
  changed_();
}

}  // namespace overlayd
