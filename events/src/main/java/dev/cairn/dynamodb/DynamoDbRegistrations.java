package dev.cairn.dynamodb;

import dev.cairn.checkpoint.Registration;
import dev.cairn.checkpoint.Registrations;
import dev.cairn.id.JobId;
import dev.cairn.retry.Backoff;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

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
      Optional<Item> found =
          table.get(TableLayout.registrationKey(registration.job(), registration.stage()));
      Optional<Registration> before = found.map(item -> read(registration, item));
      before.ifPresent(registration::requireSameStorage);
      if (before.isPresent() && !registration.replaces(before.get())) {
        return false;
      }
      long written = found.map(item -> item.number(RegistrationItems.WRITTEN)).orElse(0L);
      Map<String, AttributeValue> item = RegistrationItems.write(registration, written + 1);
      boolean isWritten =
          found.isEmpty()
              ? table.putIfFree(what, item)
              : table.putOver(what, item, RegistrationItems.WRITTEN, written);
      if (isWritten) {
        return true;
      }
      // Another container was faster; it may have said the same.
    }
  }

  private static Registration read(Registration registration, Item item) {
    return RegistrationItems.read(registration.job(), item);
  }
}
