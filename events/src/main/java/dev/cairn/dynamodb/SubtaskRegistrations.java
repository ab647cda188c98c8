package dev.cairn.dynamodb;

import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.state.Counts;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;

/**
 * The items that name a job's subtasks: one prefix for those that take part in checkpoints, halts
 * and restores, another for the retired ones, so that reading the former does not read the latter.
 */
final class SubtaskRegistrations {
  private static final String APPLIED = "applied";
  private static final String DEAD_LETTERED = "deadLettered";

  private final Table table;

  SubtaskRegistrations(Table table) {
    this.table = table;
  }

  List<SubtaskId> all(JobId job) {
    return named(job, TableLayout.SUBTASK_PREFIX);
  }

  List<SubtaskId> retired(JobId job) {
    return named(job, TableLayout.RETIRED_PREFIX);
  }

  private List<SubtaskId> named(JobId job, String prefix) {
    return table.query(prefix + " items of job " + job, ofJob(job, prefix)).stream()
        .map(item -> subtask(job, item, prefix))
        .sorted()
        .toList();
  }

  Optional<SubtaskId> first(JobId job) {
    Consumer<QueryRequest.Builder> one =
        ofJob(job, TableLayout.SUBTASK_PREFIX).andThen(query -> query.limit(1));
    return table.queryUntil("first subtask of job " + job, one, item -> true).stream()
        .map(item -> subtask(job, item, TableLayout.SUBTASK_PREFIX))
        .findFirst();
  }

  boolean isRetired(SubtaskId subtask) {
    return table.get(TableLayout.retirementKey(subtask)).isPresent();
  }

  /** Returns the sum of what the retired subtasks had counted. */
  Counts countsOfRetired(JobId job) {
    Counts all = Counts.NONE;
    for (Item item :
        table.query(
            "counts of retired subtasks of job " + job, ofJob(job, TableLayout.RETIRED_PREFIX))) {
      all = all.plus(item.number(APPLIED), item.number(DEAD_LETTERED));
    }
    return all;
  }

  boolean retire(Job seen, SubtaskId subtask, Counts counts) {
    ItemUpdate running =
        sameEpoch(seen)
            .onlyIf("#status IN (:running, :replaying)")
            .value(":running", StatusItems.RUNNING)
            .value(":replaying", StatusItems.REPLAYING);
    return move(
        "retire " + subtask,
        running,
        TableLayout.registrationKey(subtask),
        Item.at(TableLayout.retirementKey(subtask))
            .put(APPLIED, counts.applied())
            .put(DEAD_LETTERED, counts.deadLettered())
            .values());
  }

  boolean reinstate(Job seen, SubtaskId subtask) {
    // A coordinator that comes late, when another one has ended the restore, changes nothing.
    return move(
        "reinstate " + subtask,
        sameEpoch(seen).onlyIf("#status = :restoring").value(":restoring", StatusItems.RESTORING),
        TableLayout.retirementKey(subtask),
        TableLayout.registrationKey(subtask));
  }

  private static ItemUpdate sameEpoch(Job seen) {
    return ItemUpdate.of(TableLayout.jobKey(seen.id()))
        .onlyIf("epoch = :epoch")
        .value(":epoch", seen.epoch().value());
  }

  private boolean move(
      String what,
      ItemUpdate required,
      Map<String, AttributeValue> from,
      Map<String, AttributeValue> to) {
    return table
        .transact(what, List.of(table.require(required), table.deleteExisting(from), table.put(to)))
        .isEmpty();
  }

  private static Consumer<QueryRequest.Builder> ofJob(JobId job, String prefix) {
    return query ->
        query
            .keyConditionExpression("pk = :job AND begins_with(sk, :prefix)")
            .expressionAttributeValues(
                Map.of(
                    ":job",
                    AttributeValue.fromS(TableLayout.jobPk(job)),
                    ":prefix",
                    AttributeValue.fromS(prefix)));
  }

  private static SubtaskId subtask(JobId job, Item registration, String prefix) {
    return registration.parse(
        TableLayout.SK,
        registration.text(TableLayout.SK).substring(prefix.length()),
        name -> TableLayout.subtask(job, name));
  }
}
