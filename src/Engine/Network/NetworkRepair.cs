using Sandbox.Native;

namespace Sandbox.Network;

/// <summary>Finds and removes what killed processes left of their sandboxes' networks.</summary>
public static class NetworkRepair
{
    /// <summary>What is left in this network namespace. Nothing is changed.</summary>
    public static IReadOnlyList<NetworkRemnant> Find()
    {
        if (!NetworkJournals.Any) return [];
        using var all = NetworkJournals.Enter();
        var found = new List<NetworkRemnant>();
        foreach (var (path, journal) in NetworkJournals.Left())
        {
            using (journal)
            {
                if (journal is not null && journal.Space == NetworkSpaces.Own) found.Add(Describe(path, journal));
            }
        }

        return found;
    }

    /// <summary>Removes one. False where it is gone, or has an owner by now.</summary>
    public static bool Remove(NetworkRemnant remnant)
    {
        using var all = NetworkJournals.Enter();
        foreach (var (path, journal) in NetworkJournals.Left())
        {
            using (journal)
            {
                if (path != remnant.Journal || journal is null || journal.Space != NetworkSpaces.Own) continue;
                NetworkRemoval.Undo(journal);
                return true;
            }
        }

        return false;
    }

    /// <summary>Removes everything, as far as it can; for the import of the module, which fails for nothing of it.</summary>
    public static void Sweep()
    {
        try
        {
            if (!NetworkJournals.Any) return;
            using var all = NetworkJournals.Enter();
            foreach (var (path, journal) in NetworkJournals.Left())
            {
                using (journal)
                {
                    if (journal is null) File.Delete(path); // of another boot, or written before anything was made
                    else if (journal.Space == NetworkSpaces.Own) NetworkRemoval.Undo(journal);
                    else if (!NetworkSpaces.Exists(journal.Space)) File.Delete(path); // its links and rules went with the namespace
                }
            }
        }
        catch (Exception e) when (e is SandboxException or IOException or UnauthorizedAccessException)
        {
            // An ordinary user can't; Repair-Sandbox says what is left and why.
        }
    }

    private static NetworkRemnant Describe(string path, NetworkJournal journal) => new()
    {
        Name = journal.Addresses.Table,
        Link = journal.Addresses.Link,
        Settings = [.. NetworkRemoval.Unshared(journal).Where(s => s.IsOurs).Select(s => s.ToString())],
        Journal = path,
    };
}
