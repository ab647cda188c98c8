package dev.cairn.contracts;

import dev.cairn.damage.DamageStore;
import dev.cairn.inmemory.dynamodb.InMemoryDamageStore;

class DamageStoreInMemoryTest extends DamageStoreContract {
  private final InMemoryDamageStore damages = new InMemoryDamageStore();

  @Override
  DamageStore damages() {
    return damages;
  }
}
