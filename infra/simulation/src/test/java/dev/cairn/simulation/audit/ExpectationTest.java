package dev.cairn.simulation.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.Deserializers;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.RuntimeContext;
import dev.cairn.id.Position;
import dev.cairn.id.RecordNumber;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubSequenceNumber;
import dev.cairn.state.Counts;
import dev.cairn.testing.FunctionHarness;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExpectationTest {
  private static final ShardId SHARD = new ShardId("shardId-000000000000");
  private static final SequenceNumber EXPIRED = new SequenceNumber("1");
  private static final SequenceNumber KEPT = new SequenceNumber("2");
  private static final SequenceNumber LATER = new SequenceNumber("3");

  private final Expectation expectation =
      new Expectation(() -> FunctionHarness.of(new Stateless()));

  @BeforeEach
  void threeRecords() {
    for (SequenceNumber number : new SequenceNumber[] {EXPIRED, KEPT, LATER}) {
      expectation.put(SHARD, number, "key-1", new byte[0], Instant.EPOCH);
    }
  }

  @Test
  void theNextRecordIsTheFirstOneAfterThePosition() {
    assertThat(expectation.fold(SHARD).next(Position.beginning())).contains(EXPIRED);
    assertThat(expectation.fold(SHARD).next(Position.after(EXPIRED))).contains(KEPT);
    assertThat(expectation.fold(SHARD).next(Position.after(LATER))).isEmpty();
  }

  /** A restore may go back to before an accepted loss, and its replay begins with what is left. */
  @Test
  void anAcceptedLossIsNotTheNextRecordAlsoWhenItIsReplayed() {
    Expectation.Fold fold = expectation.fold(SHARD);

    fold.lose(Position.beginning(), KEPT);

    assertThat(fold.next(Position.beginning())).contains(KEPT);
    assertThat(fold.next(Position.after(KEPT))).contains(LATER);
  }

  /** Processes that end are a moment's fault, so a replay may well apply the record. */
  @Test
  void aRecordIsSetAsideInOneEpochOnly() {
    Expectation.Fold applied = expectation.fold(SHARD);
    assertThat(applied.at(Position.after(LATER)).counts()).isEqualTo(new Counts(3, 0));

    Expectation.Fold without = applied.without(RecordNumber.of(KEPT));
    assertThat(without.at(Position.after(LATER)).counts()).isEqualTo(new Counts(2, 1));
    assertThat(applied.at(Position.after(LATER)).counts()).isEqualTo(new Counts(3, 0));

    Expectation.Fold fromBefore = without.again(Position.after(EXPIRED));
    assertThat(fromBefore.at(Position.after(LATER)).counts()).isEqualTo(new Counts(3, 0));
    Expectation.Fold fromAfter = without.again(Position.after(KEPT));
    assertThat(fromAfter.at(Position.after(LATER)).counts()).isEqualTo(new Counts(2, 1));
  }

  @Test
  void aPositionWithinAnAggregateHasTheUserRecordsUpToIt() {
    SequenceNumber aggregate = new SequenceNumber("4");
    for (int part = 0; part < 3; part++) {
      expectation.putPart(
          SHARD, number(aggregate, part), "key-1", new byte[0], Instant.EPOCH, part == 1);
    }
    Expectation.Fold fold = expectation.fold(SHARD);

    assertThat(fold.next(Position.after(LATER))).contains(aggregate);
    assertThat(fold.at(within(aggregate, 0)).counts()).isEqualTo(new Counts(4, 0));
    assertThat(fold.at(within(aggregate, 1)).counts()).isEqualTo(new Counts(4, 1));
    assertThat(fold.next(within(aggregate, 1))).contains(aggregate);
    assertThat(fold.at(Position.after(aggregate)).counts()).isEqualTo(new Counts(5, 1));
    assertThat(fold.next(Position.after(aggregate))).isEmpty();
    assertThat(expectation.end(SHARD)).isEqualTo(Position.after(aggregate));
    // Nothing is missing before an aggregate within which it continues.
    fold.lose(within(aggregate, 0), aggregate);
    assertThat(fold.next(within(aggregate, 0))).contains(aggregate);
    // The last user record is the end of the aggregate, and a plain record has none.
    for (Position none : List.of(within(aggregate, 2), within(KEPT, 0))) {
      assertThatThrownBy(() -> fold.at(none)).isInstanceOf(Violation.class);
    }
  }

  private static RecordNumber number(SequenceNumber aggregate, int part) {
    return RecordNumber.of(aggregate, new SubSequenceNumber(part));
  }

  private static Position within(SequenceNumber aggregate, int part) {
    return Position.within(aggregate, new SubSequenceNumber(part));
  }

  private static final class Stateless implements KeyedFunction<String> {
    @Override
    public Deserializer<String> deserializer() {
      return Deserializers.text();
    }

    @Override
    public void open(RuntimeContext context) {}

    @Override
    public void process(String event, Context context) {}
  }
}
