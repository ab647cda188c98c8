package dev.cairn.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class StatisticsTest {
  @Test
  void percentilesAreValuesThatWereMeasured() {
    assertThat(Statistics.of(LongStream.rangeClosed(1, 200).map(n -> 201 - n)))
        .contains(new Statistics(1, 101, 100, 180, 198, 200));
    assertThat(Statistics.of(LongStream.of(10, 1_000)))
        .contains(new Statistics(10, 505, 10, 1_000, 1_000, 1_000));
  }

  @Test
  void ofOneValueAllAreTheSame() {
    assertThat(Statistics.of(LongStream.of(7))).contains(new Statistics(7, 7, 7, 7, 7, 7));
  }

  @Test
  void ofNoneThereIsNothing() {
    assertThat(Statistics.of(LongStream.empty())).isEmpty();
  }
}
