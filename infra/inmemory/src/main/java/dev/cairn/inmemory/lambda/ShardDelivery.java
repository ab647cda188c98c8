package dev.cairn.inmemory.lambda;

import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.inmemory.lambda.LocalMapping.Progress;
import dev.cairn.inmemory.world.World;
import dev.cairn.stream.StreamRecord;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Delivers one shard, one batch after the other, and each batch until it is done. */
final class ShardDelivery {
  private static final Duration IDLE = Duration.ofMinutes(1);
  private static final int OLDER_BATCHES_KEPT = 8;

  private final World world;
  private final LocalStream stream;
  private final LambdaFunction function;
  private final MappingSettings settings;
  private final Delivery delivery;
  private final LocalMapping mapping;
  private final ShardId shard;
  private final ArrayDeque<Cut> older = new ArrayDeque<>();

  /** The bounds of an earlier batch; its records are read again when needed. */
  private record Cut(Position after, int size) {}

  ShardDelivery(
      World world,
      LocalStream stream,
      LambdaFunction function,
      MappingSettings settings,
      Delivery delivery,
      LocalMapping mapping,
      ShardId shard) {
    this.world = world;
    this.stream = stream;
    this.function = function;
    this.settings = settings;
    this.delivery = delivery;
    this.mapping = mapping;
    this.shard = shard;
  }

  void deliver() {
    int failures = 0;
    while (waitForRecords()) {
      Progress before = mapping.progress(shard);
      Delivery.Plan plan = delivery.next(shard, failures + 1, settings.batchSize());
      List<StreamRecord> batch =
          cut(before.cursor(), Math.min(plan.batchSize(), settings.batchSize()));
      if (batch.isEmpty()) {
        continue;
      }
      Position end = Position.after(batch.getLast().sequenceNumber());
      Position reached = reached(deliver(batch, plan.manner()), before.cursor(), batch);
      boolean whole = reached.equals(end);
      mapping.advance(shard, before.delivered(reached, whole));
      if (whole) {
        failures = 0;
        finish(batch, new Cut(before.cursor(), batch.size()), plan.manner());
      } else {
        failures = reached.equals(before.cursor()) ? failures + 1 : 1;
        world.await(settings.backoff(failures), mapping::isStopping);
      }
    }
  }

  /** Returns false when there is nothing more to do: the mapping stops, or the shard has ended. */
  private boolean waitForRecords() {
    while (!mapping.isStopping()) {
      if (mapping.isDisabled()) {
        world.await(IDLE, () -> mapping.isStopping() || !mapping.isDisabled());
        continue;
      }
      Position cursor = mapping.progress(shard).cursor();
      // Checked first: in the other order, records put just before the shard closes would be
      // missed.
      boolean closed = stream.isClosed(shard);
      if (stream.hasAfter(shard, cursor)) {
        return true;
      }
      if (closed) {
        mapping.ended(shard);
        return false;
      }
      world.await(
          IDLE,
          () ->
              mapping.isStopping()
                  || mapping.isDisabled()
                  || stream.isClosed(shard)
                  || stream.hasAfter(shard, cursor));
    }
    return false;
  }

  private List<StreamRecord> cut(Position after, int size) {
    List<StreamRecord> records = stream.after(shard, after, size);
    return records.subList(0, KinesisEvent.fitting(records, settings.stream()));
  }

  /** Delivers as planned and returns the result that counts. */
  private InvocationResult deliver(List<StreamRecord> batch, Delivery.Manner manner) {
    world.pass("mapping.deliver");
    return switch (manner) {
      case ONCE, AGAIN_AFTER_SUCCESS -> invoke(batch);
      case TWICE_AT_ONCE -> invokeTwice(batch);
      case BESIDE_AN_OLDER_BATCH -> {
        deliverOlder();
        yield invoke(batch);
      }
    };
  }

  private InvocationResult invoke(List<StreamRecord> batch) {
    return function.invoke(KinesisEvent.of(settings.stream(), shard, batch));
  }

  private InvocationResult invokeTwice(List<StreamRecord> batch) {
    Other other = new Other();
    boolean otherCounts = world.random().nextBoolean();
    beside(batch, other);
    InvocationResult mine = invoke(batch);
    if (!otherCounts) {
      return mine;
    }
    while (other.result().isEmpty()) {
      world.await(IDLE, () -> other.result().isPresent());
    }
    return other.result().orElseThrow();
  }

  private void deliverOlder() {
    if (!older.isEmpty()) {
      Cut chosen = new ArrayList<>(older).get(world.random().nextInt(older.size()));
      List<StreamRecord> batch = cut(chosen.after, chosen.size);
      if (!batch.isEmpty()) {
        beside(batch, new Other());
      }
    }
  }

  private void beside(List<StreamRecord> batch, Other other) {
    mapping.run(
        "mapping/" + shard + "/again",
        () -> {
          other.complete(invoke(batch));
          world.changed();
        });
  }

  private Position reached(InvocationResult result, Position before, List<StreamRecord> batch) {
    return switch (result) {
      case InvocationResult.Returned completed ->
          reached(ParsedBatchResponse.of(completed.response(), batch), before, batch);
      case InvocationResult.Failed failed -> before;
      case InvocationResult.TimedOut timedOut -> before;
    };
  }

  private static Position reached(
      ParsedBatchResponse complete, Position before, List<StreamRecord> batch) {
    return switch (complete) {
      case ParsedBatchResponse.AllDone allDone -> Position.after(batch.getLast().sequenceNumber());
      case ParsedBatchResponse.NothingDone nothingDone -> before;
      case ParsedBatchResponse.FailedFrom failed -> {
        Position reached = before;
        for (StreamRecord record : batch) {
          if (record.sequenceNumber().equals(failed.first())) {
            break;
          }
          reached = Position.after(record.sequenceNumber());
        }
        yield reached;
      }
    };
  }

  private void finish(List<StreamRecord> batch, Cut cut, Delivery.Manner manner) {
    if (older.size() == OLDER_BATCHES_KEPT) {
      older.removeFirst();
    }
    older.addLast(cut);
    if (manner == Delivery.Manner.AGAIN_AFTER_SUCCESS) {
      beside(batch, new Other());
    }
  }

  /** The result of a delivery in parallel to the shard's own task. */
  private static final class Other {
    private Optional<InvocationResult> result = Optional.empty();

    synchronized Optional<InvocationResult> result() {
      return result;
    }

    synchronized void complete(InvocationResult complete) {
      result = Optional.of(complete);
    }
  }
}
