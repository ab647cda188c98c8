package dev.cairn.coordinator.ports;

/** Tells the world outside of the table; nothing in the protocol waits for it. */
@FunctionalInterface
public interface Announcer {
  Announcer SILENT = announcement -> {};

  void announce(Announcement announcement);

  /** Tells this one first, and then the other. */
  default Announcer andThen(Announcer other) {
    return announcement -> {
      announce(announcement);
      other.announce(announcement);
    };
  }
}
