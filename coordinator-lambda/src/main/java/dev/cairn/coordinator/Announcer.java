package dev.cairn.coordinator;

/** Tells the world outside of the table; nothing in the protocol waits for it. */
@FunctionalInterface
public interface Announcer {
  Announcer SILENT = announcement -> {};

  void announce(Announcement announcement);
}
