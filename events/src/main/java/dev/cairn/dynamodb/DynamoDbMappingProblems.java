package dev.cairn.dynamodb;

import dev.cairn.id.JobId;
import dev.cairn.job.MappingProblem;
import dev.cairn.retry.Backoff;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Stores the problems of a job's mapping that the coordinator last found, in an item beside the
 * job's.
 */
public final class DynamoDbMappingProblems {
  private final Table table;

  public DynamoDbMappingProblems(DynamoDbClient client, String tableName, Backoff backoff) {
    this.table = new Table(client, tableName, backoff);
  }

  /** Returns the problems; empty if there are none, or if the coordinator has not checked yet. */
  public List<MappingProblem> of(JobId job) {
    return table.get(TableLayout.mappingKey(job)).stream()
        .flatMap(item -> item.maps("problems").stream())
        .map(
            problem ->
                new MappingProblem(
                    problem.parse("kind", problem.text("kind"), MappingProblem.Kind::valueOf),
                    problem.text("message")))
        .toList();
  }

  /** Stores the problems found at this time, replacing earlier ones. */
  public void save(JobId job, List<MappingProblem> problems, Instant at) {
    List<AttributeValue> list =
        problems.stream()
            .map(DynamoDbMappingProblems::write)
            .map(values -> AttributeValue.fromM(values))
            .toList();
    table.put(
        "save what is wrong with the mapping of job " + job,
        Item.at(TableLayout.mappingKey(job))
            .put("checkedAt", at)
            .put("problems", AttributeValue.fromL(list))
            .values());
  }

  private static Map<String, AttributeValue> write(MappingProblem problem) {
    return Item.empty()
        .put("kind", problem.kind().name())
        .put("message", problem.message())
        .values();
  }
}
