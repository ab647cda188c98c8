package dev.cairn.contracts;

import dev.cairn.checkpoint.DamageStore;
import dev.cairn.local.memory.InMemoryDamageStore;

class DamageStoreInMemoryTest extends DamageStoreContract {
  private final InMemoryDamageStore damages = new InMemoryDamageStore();

  @Override
  DamageStore damages() {
    return damages;
  }
}
