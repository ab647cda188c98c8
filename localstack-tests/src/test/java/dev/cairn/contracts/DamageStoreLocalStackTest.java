package dev.cairn.contracts;

import dev.cairn.damage.DamageStore;
import dev.cairn.dynamodb.DynamoDbDamageStore;
import dev.cairn.retry.Backoff;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.cairn.contracts.LocalStackServices#isAvailable")
class DamageStoreLocalStackTest extends DamageStoreContract {
  @Override
  DamageStore damages() {
    return new DynamoDbDamageStore(
        LocalStackServices.dynamoDb(), LocalStackServices.TABLE, Backoff.sleeping());
  }
}
