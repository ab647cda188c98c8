package dev.cairn.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.cli.output.Elision;
import dev.cairn.cli.output.Sizes;
import dev.cairn.cli.output.TextTable;
import dev.cairn.cli.output.TextTable.Column;
import dev.cairn.cli.shards.KeySampler;
import dev.cairn.cli.shards.KeyWeights;
import dev.cairn.cli.shards.KeyWeights.Unit;
import dev.cairn.cli.shards.ShardLoad;
import dev.cairn.cli.shards.SplitAdvice;
import dev.cairn.cli.shards.StateSizes;
import dev.cairn.cli.status.Lag;
import dev.cairn.cli.status.PipelineFacts;
import dev.cairn.cli.status.StreamFacts;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.coordinator.resharding.ShardTree.Node;
import dev.cairn.coordinator.resharding.ShardTree.State;
import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The tree of a pipeline's shards as text. */
final class ShardsText {
  private static final int LONGEST_NAME = 16;
  private static final int LONGEST_KEY = 12;
  private static final int DEEPEST = 6;
  private static final int HOTTEST = 3;
  private static final String NOTHING = "-";

  private ShardsText() {}

  /**
   * Returns the tree as lines.
   *
   * @param sample how many records of a shard were to be sampled
   * @param columns the width of the lines; if it is small, less is shown of each shard
   */
  static List<String> lines(
      PipelineFacts facts, List<ShardLoad> loads, SplitAdvice advice, int sample, int columns) {
    List<String> lines = new ArrayList<>();
    facts.job().ifPresent(job -> lines.add(JobText.line(job)));
    lines.add(StatusText.line(facts.stream()));
    lines.add("");
    lines.addAll(table(loads).lines(columns));
    lines.add("");
    lines.addAll(notes(facts, loads, sample));
    lines.add("");
    lines.add(advice.text());
    return lines;
  }

  private static TextTable table(List<ShardLoad> loads) {
    TextTable table =
        new TextTable(
            Column.left("SHARD"),
            Column.left("STATE"),
            Column.left("FROM").ifRoom(3),
            Column.right("HASH %").ifRoom(4),
            Column.left("POSITION").ifRoom(2),
            Column.right("LAG"),
            Column.right("SIZE"),
            Column.right("REC/S"),
            Column.left("HOTTEST KEY").ifRoom(1));
    for (ShardLoad load : loads) {
      Node shard = load.shard();
      table.add(
          "  ".repeat(Math.min(load.depth(), DEEPEST)) + name(shard.id()),
          label(shard.state()),
          shard.parents().isEmpty()
              ? NOTHING
              : shard.parents().stream().map(ShardsText::name).collect(Collectors.joining(" ")),
          String.format(Locale.ROOT, "%.1f", load.hashPercent()),
          shard.tail().map(ShardsText::position).orElse(NOTHING),
          lag(load),
          load.stateSize().map(ShardsText::size).orElse(NOTHING),
          load.recordsPerSecond()
              .map(rate -> String.format(Locale.ROOT, rate < 9.95 ? "%.1f" : "%,.0f", rate))
              .orElse(NOTHING),
          load.keys().map(ShardsText::hottest).orElse(NOTHING));
    }
    return table;
  }

  private static String name(ShardId shard) {
    return Elision.middle(Elision.shards(shard.value()), LONGEST_NAME);
  }

  private static String label(State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  private static String position(JournalTail tail) {
    return switch (tail.head().position()) {
      case Position.End end -> "END";
      case Position other -> Elision.positions(other.toString());
    };
  }

  private static String lag(ShardLoad load) {
    String lag =
        switch (load.lag()) {
          case Lag.None none -> "none";
          case Lag.Behind behind -> Sizes.age(behind.age());
          case Lag.Unknown unknown -> "unknown";
        };
    return hasGap(load) ? lag + ", gap" : lag;
  }

  private static boolean hasGap(ShardLoad load) {
    return load.shard().tail().filter(tail -> tail.head().hasGap()).isPresent();
  }

  private static String size(StateSizes.Size size) {
    return (size.isEstimated() ? "~" : "") + Sizes.bytes(size.bytes());
  }

  private static String hottest(KeyWeights keys) {
    return keys.heaviest().percent() + " % " + Elision.middle(keys.heaviest().key(), LONGEST_KEY);
  }

  private static List<String> notes(PipelineFacts facts, List<ShardLoad> loads, int sample) {
    List<String> notes = new ArrayList<>();
    if (!(facts.stream() instanceof StreamFacts.Listed)) {
      notes.add("Shards that no task has opened are not shown, because the stream was not read.");
    }
    notes.add("REC/S: records applied since the last base of the shard's journal.");
    if (loads.stream()
        .anyMatch(load -> load.stateSize().filter(StateSizes.Size::isEstimated).isPresent())) {
      notes.add(
          "SIZE: ~ is a part of files that the shard's parents have, too, by the widths of the"
              + " hash ranges.");
    }
    notes.add("HOTTEST KEY: " + sampled(loads, sample));
    return notes;
  }

  private static String sampled(List<ShardLoad> loads, int sample) {
    List<KeyWeights> keys = loads.stream().flatMap(load -> load.keys().stream()).toList();
    if (keys.isEmpty()) {
      return "no keys were sampled.";
    }
    if (keys.getFirst().unit() == Unit.STATE_BYTES) {
      return "by the bytes of the keys' state, of open shards with up to "
          + Sizes.bytes(KeySampler.LARGEST_STATE_BYTES)
          + ".";
    }
    return "of "
        + Sizes.count(keys.stream().mapToLong(KeyWeights::total).sum())
        + " records: the first that "
        + (keys.size() == 1 ? "an open shard" : keys.size() + " open shards")
        + " got in the last "
        + Sizes.age(KeySampler.RECENT)
        + ", up to "
        + Sizes.count(sample)
        + " of each.";
  }

  static ObjectNode json(PipelineFacts facts, List<ShardLoad> loads, SplitAdvice advice) {
    ObjectNode json = JsonOutput.object().put("job", facts.id().value());
    json.put("at", facts.now().toString());
    json.set("stream", StatusText.json(facts.stream()));
    ArrayNode shards = json.putArray("shards");
    loads.forEach(load -> shards.add(json(facts, load)));
    ObjectNode advised = json.putObject("advice").put("text", advice.text());
    advice.split().ifPresent(shard -> advised.put("split", shard.value()));
    advice.startingHash().ifPresent(hash -> advised.put("newStartingHashKey", hash.toDecimal()));
    return json;
  }

  private static ObjectNode json(PipelineFacts facts, ShardLoad load) {
    Node shard = load.shard();
    ObjectNode json =
        JsonOutput.object().put("shard", shard.id().value()).put("state", label(shard.state()));
    ids(json.putArray("parents"), shard.parents());
    ids(
        json.putArray("children"),
        facts.shards().map(tree -> tree.children(shard.id())).orElse(List.of()));
    ids(json.putArray("waitsFor"), shard.waitsFor());
    ids(json.putArray("expiredParents"), shard.forgotten());
    json.put("startingHashKey", shard.range().from().toDecimal())
        .put("endingHashKey", shard.range().to().toDecimal())
        .put("expired", shard.isForgotten());
    shard
        .tail()
        .ifPresent(
            tail ->
                json.put("position", tail.head().position().toString())
                    .put("gap", tail.head().hasGap()));
    switch (load.lag()) {
      case Lag.None none -> json.put("lagMillis", 0);
      case Lag.Behind behind -> json.put("lagMillis", behind.age().toMillis());
      case Lag.Unknown unknown -> json.put("lagUnknown", unknown.why());
    }
    load.stateSize()
        .ifPresent(
            size ->
                json.put("stateBytes", size.bytes())
                    .put("stateBytesAreEstimated", size.isEstimated()));
    load.recordsPerSecond().ifPresent(rate -> json.put("recordsPerSecond", rate));
    load.keys().ifPresent(keys -> json.set("sample", json(keys)));
    return json;
  }

  private static void ids(ArrayNode array, List<ShardId> shards) {
    shards.forEach(shard -> array.add(shard.value()));
  }

  private static ObjectNode json(KeyWeights keys) {
    ObjectNode json =
        JsonOutput.object()
            .put("of", keys.unit().name().toLowerCase(Locale.ROOT))
            .put("total", keys.total());
    ArrayNode hottest = json.putArray("hottest");
    for (KeyWeights.Share share : keys.heaviest(HOTTEST)) {
      hottest.addObject().put("key", share.key()).put("fraction", share.fraction());
    }
    return json;
  }
}
