package dev.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HistoryTextTest {
  @Test
  void anEmptyRemainderIsLeftOut() {
    assertThat(HistoryText.of("checkpoint 7 was aborted: RESTORED_OVER; nothing"))
        .isEqualTo("checkpoint 7 was aborted: RESTORED_OVER");
  }
}
