package dev.cairn.dynamodb;

import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.job.RefusedStream;
import dev.cairn.job.Registration;
import dev.cairn.job.Registrations;
import dev.cairn.retry.Backoff;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;

/** Registrations in DynamoDB: an item for each stage, beside the job's. */
public final class DynamoDbRegistrations implements Registrations {
  private final Table table;

  public DynamoDbRegistrations(DynamoDbClient client, String tableName, Backoff backoff) {
    this.table = new Table(client, tableName, backoff);
  }

  @Override
  public List<Registration> of(JobId job) {
    return table
        .query(
            "registrations of job " + job,
            query ->
                query
                    .keyConditionExpression("pk = :job AND begins_with(sk, :registration)")
                    .expressionAttributeValues(
                        Map.of(
                            ":job", AttributeValue.fromS(TableLayout.jobPk(job)),
                            ":registration",
                                AttributeValue.fromS(TableLayout.REGISTRATION_PREFIX))))
        .stream()
        .map(item -> RegistrationItems.read(job, item))
        .toList();
  }

  @Override
  public boolean register(Registration registration) {
    String what = "register the code of " + registration.job() + "/" + registration.stage();
    while (true) {
      Optional<Item> found = readable(registration);
      Optional<Registration> before = found.map(item -> read(registration, item));
      before.ifPresent(registration::requireSameStorage);
      before.ifPresent(registration::requireSameStream);
      Optional<Registration> stored =
          before.isEmpty() ? Optional.of(registration) : registration.replacing(before.get());
      if (stored.isEmpty()) {
        return false;
      }
      long written = found.map(item -> item.number(RegistrationItems.WRITTEN)).orElse(0L);
      Map<String, AttributeValue> item = RegistrationItems.write(stored.get(), written + 1);
      boolean isWritten =
          found.isEmpty()
              ? table.putIfFree(what, item)
              : table.putOver(what, item, RegistrationItems.WRITTEN, written);
      if (isWritten) {
        return stored.get().version().equals(registration.version());
      }
      // Another container was faster; its registration may be equal.
    }
  }

  /**
   * Reads the stage's registration together with the job's item. Code that must not touch the job
   * stops here, because each container registers before it does anything else.
   *
   * @throws dev.cairn.format.NewerFormatException if the job has a format that this release does
   *     not know
   */
  private Optional<Item> readable(Registration registration) {
    JobId job = registration.job();
    String own = TableLayout.REGISTRATION_PREFIX + registration.stage();
    Optional<Item> found = Optional.empty();
    for (Item item : table.query("job " + job, query -> withJob(query, job))) {
      String sk = item.text(TableLayout.SK);
      if (sk.equals(TableLayout.JOB_SK)) {
        var unused = JobItems.format(job, item);
      } else if (sk.equals(own)) {
        found = Optional.of(item);
      }
    }
    return found;
  }

  private static QueryRequest.Builder withJob(QueryRequest.Builder query, JobId job) {
    return query
        .keyConditionExpression("pk = :job AND begins_with(sk, :item)")
        .expressionAttributeValues(
            Map.of(
                ":job",
                AttributeValue.fromS(TableLayout.jobPk(job)),
                ":item",
                AttributeValue.fromS(TableLayout.JOB_SK)));
  }

  @Override
  public void refused(JobId job, StageId stage, RefusedStream refusal) {
    Optional<Item> found = table.get(TableLayout.registrationKey(job, stage));
    if (found.isEmpty()) {
      return;
    }
    long written = found.get().number(RegistrationItems.WRITTEN);
    Registration noted = RegistrationItems.read(job, found.get()).withRefused(Optional.of(refusal));
    // If another container has written in the meantime, this refusal is not noted; the next one is.
    var unused =
        table.putOver(
            "note a refused stream of " + job + "/" + stage,
            RegistrationItems.write(noted, written + 1),
            RegistrationItems.WRITTEN,
            written);
  }

  private static Registration read(Registration registration, Item item) {
    return RegistrationItems.read(registration.job(), item);
  }
}
