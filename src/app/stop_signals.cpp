// SPDX-License-Identifier: Apache-2.0
#include "app/stop_signals.h"

#include <pthread.h>

#include <condition_variable>
#include <mutex>

namespace carbon::app {

StopSignals::StopSignals() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  sigaddset(&signals_, SIGUSR2);  // ends the waiter where no signal came
  pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  waiter_ = std::thread([this] {
    int signal = 0;
    sigwait(&signals_, &signal);
    stop_.request_stop();
  });
}

StopSignals::~StopSignals() {
  if (!stop_.stop_requested()) {
    pthread_kill(waiter_.native_handle(), SIGUSR2);
  }
  waiter_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void StopSignals::Await() {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait(lock, token(), [] { return false; });
}

}  // namespace carbon::app
