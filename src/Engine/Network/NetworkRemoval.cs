namespace Sandbox.Network;

/// <summary>Takes away what a journal names; within <see cref="NetworkJournals.Enter"/>. What is gone already is no error.</summary>
internal static class NetworkRemoval
{
    /// <summary>The link first, so that it never is there without its rules; then what was borrowed, the table, the journal.</summary>
    public static void Undo(NetworkJournal journal)
    {
        using (var routes = new RouteSocket()) routes.Delete(journal.Addresses.Link);
        foreach (var setting in Unshared(journal)) setting.PutBack();
        NftTables.Delete(journal.Addresses.Table);
        File.Delete(NetworkJournals.PathOf(journal.Addresses));
    }

    /// <summary>The settings that no other sandbox needs.</summary>
    public static IEnumerable<BorrowedSetting> Unshared(NetworkJournal journal)
    {
        var others = NetworkJournals.Others(journal.Addresses).SelectMany(o => o.Settings).Select(s => s.Path).ToHashSet(StringComparer.Ordinal);
        return journal.Settings.Where(s => !others.Contains(s.Path));
    }
}
