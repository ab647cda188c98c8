package dev.cairn.dynamodb;

import dev.cairn.damage.Damage;
import dev.cairn.damage.DamageStore;
import dev.cairn.damage.ScrubProgress;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.retry.Backoff;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Stores a scrubber's marks in a partition of their own, so that its role can be restricted to
 * writing there.
 */
public final class DynamoDbDamageStore implements DamageStore {
  private final Table table;

  public DynamoDbDamageStore(DynamoDbClient client, String tableName, Backoff backoff) {
    this.table = new Table(client, tableName, backoff);
  }

  @Override
  public List<Damage> damages(JobId job) {
    return table
        .query(
            "damaged files of job " + job,
            query ->
                query
                    .keyConditionExpression("pk = :job AND begins_with(sk, :prefix)")
                    .expressionAttributeValues(
                        Map.of(
                            ":job",
                            AttributeValue.fromS(TableLayout.scrubPk(job)),
                            ":prefix",
                            AttributeValue.fromS(TableLayout.DAMAGED_PREFIX))))
        .stream()
        .map(item -> readDamage(job, item))
        .toList();
  }

  @Override
  public void mark(JobId job, Damage damage) {
    table.put(
        "mark " + damage.path() + " as damaged",
        Item.at(TableLayout.damagedKey(job, damage.path()))
            .put("sizeBytes", damage.file().sizeBytes())
            .put("sha256", damage.file().sha256().hex())
            .put("what", damage.what())
            .put("foundAt", damage.foundAt())
            .put("checkpoints", damage.checkpoints().stream().map(CheckpointId::toString).toList())
            .put("subtasks", damage.subtasks().stream().map(SubtaskId::name).toList())
            .put("isInJournal", AttributeValue.fromBool(damage.isInJournal()))
            .values());
  }

  private static Damage readDamage(JobId job, Item item) {
    String path = item.text(TableLayout.SK).substring(TableLayout.DAMAGED_PREFIX.length());
    TreeSet<CheckpointId> checkpoints = new TreeSet<>();
    item.texts("checkpoints")
        .forEach(
            id ->
                checkpoints.add(
                    item.parse("checkpoints", id, n -> new CheckpointId(Long.parseLong(n)))));
    TreeSet<SubtaskId> subtasks = new TreeSet<>();
    item.texts("subtasks")
        .forEach(
            name -> subtasks.add(item.parse("subtasks", name, n -> TableLayout.subtask(job, n))));
    return new Damage(
        new FileRef(
            item.parse(TableLayout.SK, path, FilePath::new),
            item.number("sizeBytes"),
            item.parse("sha256", item.text("sha256"), Sha256::new)),
        item.text("what"),
        item.time("foundAt"),
        checkpoints,
        subtasks,
        item.value("isInJournal").map(AttributeValue::bool).orElse(false));
  }

  @Override
  public void unmark(JobId job, FilePath path) {
    table.delete("take the mark of " + path + " away", TableLayout.damagedKey(job, path));
  }

  @Override
  public Optional<ScrubProgress> progress(JobId job) {
    return table.get(TableLayout.scrubProgressKey(job)).map(DynamoDbDamageStore::readProgress);
  }

  @Override
  public void save(JobId job, ScrubProgress progress) {
    Item item =
        Item.at(TableLayout.scrubProgressKey(job))
            .put("begunAt", progress.begunAt())
            .put("files", progress.files())
            .put("sizeBytes", progress.sizeBytes());
    switch (progress) {
      case ScrubProgress.UnderWay underWay -> item.put("after", underWay.after().value());
      case ScrubProgress.Finished finished -> item.put("finishedAt", finished.finishedAt());
    }
    table.put("save how far the files of job " + job + " are scrubbed", item.values());
  }

  private static ScrubProgress readProgress(Item item) {
    return item.has("after")
        ? new ScrubProgress.UnderWay(
            item.time("begunAt"),
            item.number("files"),
            item.number("sizeBytes"),
            item.parse("after", item.text("after"), FilePath::new))
        : new ScrubProgress.Finished(
            item.time("begunAt"),
            item.number("files"),
            item.number("sizeBytes"),
            item.time("finishedAt"));
  }
}
