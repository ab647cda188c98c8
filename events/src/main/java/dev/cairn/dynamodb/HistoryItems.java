package dev.cairn.dynamodb;

import dev.cairn.history.HistoryLine;
import dev.cairn.history.HistoryMark;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.job.Job;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A history's lines and its mark as items. */
final class HistoryItems {
  static final String VERSION = "version";

  private HistoryItems() {}

  static Map<String, AttributeValue> write(JobId job, HistoryLine line, Instant expiresAt) {
    Item item =
        Item.at(TableLayout.historyKey(job, line.at(), line.id()))
            .put("at", line.at())
            .put("kind", line.kind().name())
            .put("subject", line.subject())
            .put("epoch", line.epoch().value())
            .put("text", line.text());
    line.checkpoint().ifPresent(checkpoint -> item.put("checkpoint", checkpoint.value()));
    line.cause().ifPresent(cause -> item.put("cause", cause));
    return item.expiresAt(expiresAt).values();
  }

  static HistoryLine readLine(Item item) {
    return new HistoryLine(
        item.time("at"),
        item.parse("kind", item.text("kind"), HistoryLine.Kind::valueOf),
        item.text("subject"),
        item.epoch("epoch"),
        item.optionalCheckpoint("checkpoint"),
        item.optionalText("cause"),
        item.text("text"));
  }

  static Map<String, AttributeValue> write(JobId job, HistoryMark mark) {
    Item item =
        Item.at(TableLayout.historyMarkKey(job))
            .put(VERSION, mark.version())
            .put("epoch", mark.epoch().value())
            .put("status", mark.status())
            .put("nextCheckpoint", mark.next().value())
            .put("beyond", mark.beyond().stream().map(CheckpointId::toString).toList())
            .put("settings", texts(mark.settings()))
            .put("versions", texts(mark.versions()));
    if (!mark.failing().isEmpty()) {
      item.put("failing", texts(mark.failing()));
    }
    mark.refusal().ifPresent(refusal -> item.put(JobItems.REFUSAL, JobItems.write(refusal)));
    return item.values();
  }

  static HistoryMark readMark(Item item) {
    SortedSet<CheckpointId> beyond = new TreeSet<>();
    item.texts("beyond")
        .forEach(
            id -> beyond.add(item.parse("beyond", id, n -> new CheckpointId(Long.parseLong(n)))));
    Optional<Job.Refusal> refusal = item.optionalMap(JobItems.REFUSAL).map(JobItems::readRefusal);
    return new HistoryMark(
        item.number(VERSION),
        item.epoch("epoch"),
        item.text("status"),
        item.checkpoint("nextCheckpoint"),
        beyond,
        refusal,
        texts(item.map("settings")),
        texts(item.map("versions")),
        item.optionalMap("failing").map(HistoryItems::texts).orElseGet(TreeMap::new));
  }

  private static Item texts(SortedMap<String, String> texts) {
    Item item = Item.empty();
    texts.forEach(item::put);
    return item;
  }

  private static SortedMap<String, String> texts(Item item) {
    SortedMap<String, String> texts = new TreeMap<>();
    item.values().keySet().forEach(name -> texts.put(name, item.text(name)));
    return texts;
  }
}
