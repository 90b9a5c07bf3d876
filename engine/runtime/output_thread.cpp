// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/output_thread.h"

#include "engine/base/thread.h"

#include <utility>

namespace sida::runtime
{

OutputThread::OutputThread(Take take, std::function<void(const Error&)> failed, std::stop_token stop)
    : m_stop(std::move(stop))
    , m_thread(startThread(
          "sida-outputs",
          [this, take = std::move(take), failed = std::move(failed)](const std::stop_token& end) {
              while (auto batch = m_queue.pop(end)) {
                  const Status taken = take(std::move(*batch));
                  if (taken)
                      continue;
                  failed(taken.error());
                  m_queue.close();
                  return;
              }
          }))
{
}

void OutputThread::finish()
{
    m_queue.close();
    if (m_thread.joinable())
        m_thread.join();
}

} // namespace sida::runtime
