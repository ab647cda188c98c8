package dev.cairn.contracts;

import dev.cairn.damage.DamageStore;
import dev.cairn.dynamodb.DynamoDbDamageStore;
import dev.cairn.inmemory.dynamodb.InMemoryDynamoDb;

class DamageStoreInMemoryDynamoDbTest extends DamageStoreContract {
  private final InMemoryDynamoDb client = new InMemoryDynamoDb();

  @Override
  DamageStore damages() {
    return new DynamoDbDamageStore(client, LocalTable.NAME, LocalTable.WITHOUT_PAUSE);
  }
}
