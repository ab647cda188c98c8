package dev.cairn.id;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.state.StateFields;
import java.util.List;
import org.junit.jupiter.api.Test;

class PositionTest {
  /** Each lies before the next; numbers are compared as such. */
  private static final List<Position> IN_ORDER =
      List.of(
          Position.beginning(),
          Position.before(number(9)),
          Position.after(number(9)),
          Position.before(number(10)),
          Position.within(number(10), new SubSequenceNumber(0)),
          Position.within(number(10), new SubSequenceNumber(11)),
          Position.after(number(10)),
          Position.end());

  private static SequenceNumber number(int number) {
    return new SequenceNumber(Integer.toString(number));
  }

  @Test
  void areInOrder() {
    for (int i = 0; i < IN_ORDER.size(); i++) {
      for (int j = 0; j < IN_ORDER.size(); j++) {
        Position one = IN_ORDER.get(i);
        Position other = IN_ORDER.get(j);
        assertThat(one.isBefore(other)).as("%s before %s", one, other).isEqualTo(i < j);
        assertThat(Position.max(one, other)).isEqualTo(IN_ORDER.get(Math.max(i, j)));
      }
    }
  }

  @Test
  void tellWhichRecordsAreLeft() {
    assertThat(IN_ORDER.stream().map(position -> position.isBefore(number(9))))
        .containsExactly(true, true, false, false, false, false, false, false);
    assertThat(IN_ORDER.stream().map(position -> position.isBefore(number(10))))
        .containsExactly(true, true, true, true, true, true, false, false);
  }

  @Test
  void areReadAsTheyAreWritten() {
    assertThat(IN_ORDER.stream().map(StateFields::write))
        .containsExactly("beginning", "before 9", "9", "before 10", "10.0", "10.11", "10", "end");
    assertThat(IN_ORDER)
        .allMatch(one -> StateFields.readPosition(StateFields.write(one)).equals(one));
  }

  @Test
  void aPositionWithinARecordIsNotBeforeAllOfIt() {
    Position within = Position.within(number(10), new SubSequenceNumber(0));

    assertThat(within.isBefore(number(10))).isTrue();
    assertThat(within.isBeforeAllOf(number(10))).isFalse();
    assertThat(within.isBeforeAllOf(number(11))).isTrue();
    assertThat(Position.before(number(10)).isBeforeAllOf(number(10))).isTrue();
    assertThat(Position.after(number(10)).isBeforeAllOf(number(10))).isFalse();
    assertThat(Position.after(number(9)).isBeforeAllOf(number(10))).isTrue();
    assertThat(within.partlyApplied()).contains(number(10));
    assertThat(Position.after(number(10)).partlyApplied()).isEmpty();
  }
}
