// Whole messages over a socket pair.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "base/packet.h"

namespace overlayd {
namespace {

TEST(Packet, WhatWasSentBeforeTheEndIsHeardThoughTheOtherEndReadNothing) {
  auto [ours, theirs] = make_socket_pair();
  send_message(ours.get(), "a request that nobody reads");
  send_message(theirs.get(), "the last words");
  theirs.reset();
  std::string message;
  EXPECT_EQ(try_receive(ours.get(), message, MSG_DONTWAIT), Receipt::message);
  EXPECT_EQ(message, "the last words");
  EXPECT_EQ(try_receive(ours.get(), message, MSG_DONTWAIT), Receipt::gone);
}

}  // namespace
}  // namespace overlayd
