package dev.cairn.coordinator.ports;

/**
 * Publishes announcements, for example as metrics and events. Nothing in the protocol waits for it.
 */
@FunctionalInterface
public interface Announcer {
  Announcer SILENT = announcement -> {};

  void announce(Announcement announcement);

  /** Returns an announcer that calls this announcer first and then the other. */
  default Announcer andThen(Announcer other) {
    return announcement -> {
      announce(announcement);
      other.announce(announcement);
    };
  }
}
