package dev.cairn.contracts;

import dev.cairn.damage.DamageStore;
import dev.cairn.dynamodb.DynamoDbDamageStore;

class DamageStoreDynamoDbLocalTest extends DamageStoreContract {
  @Override
  DamageStore damages() {
    return new DynamoDbDamageStore(
        LocalTable.DYNAMODB.client(), LocalTable.NAME, LocalTable.WITHOUT_PAUSE);
  }
}
