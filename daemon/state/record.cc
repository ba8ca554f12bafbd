#include "daemon/state/record.h"

#include <utility>

#include "base/error.h"
#include "base/log.h"

namespace overlayd {

Record::Record(const Store& store, std::string service, Remembered remembered)
    : store_(store), service_(std::move(service)) {
  recall(std::move(remembered));
}

void Record::recall(Remembered remembered) {
  state_ = std::move(remembered.state);
  open_ = std::move(remembered.open);
  unreadable_ = std::move(remembered.unreadable);
  sealed_ = !open_;
}

// What cannot be renamed on the disk is saved anew: two may claim the same there until both are
// read again.
void Record::rename(const std::string& name) {
  try {
    store_.rename(service_, name);
  } catch (const std::exception& error) {
    log_error("{}: {}", name, error.what());
  }
  service_ = name;
}

bool Record::replace(const ServiceState& state) {
  const ServiceState before = std::exchange(state_, state);
  save(Durability::now);
  if (error_.empty()) return true;
  state_ = before;
  return false;
}

void Record::save(Durability durability) {
  const bool lagged = !error_.empty();
  try {
    store_.save(service_, state_, lagged ? Durability::now : durability);
    error_.clear();
  } catch (const std::exception& error) {
    if (!lagged) log_error("{}: cannot save its state: {}", service_, error.what());
    error_ = error.what();
    error_code_ = code_of(error);
  }
  if (lagged && error_.empty() && sealed_) seal();
}

void Record::save_again() {
  if (!error_.empty()) save(Durability::now);
}

void Record::begin(const Plan& plan) {
  save_again();
  if (!error_.empty()) throw Error::of("cannot save what is in place now: {}", error_);
  store_.begin(service_, plan);
  open_ = plan;
  sealed_ = false;
}

void Record::seal() {
  open_.reset();
  sealed_ = true;
  if (!error_.empty()) return;
  try {
    store_.finish(service_);
  } catch (const std::exception& error) {
    log_error("{}: {}", service_, error.what());
  }
}

}  // namespace overlayd
