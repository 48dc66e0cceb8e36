namespace Sandbox.Network;

/// <summary>Takes away what a journal names; within <see cref="NetworkJournals.Enter"/>. What is gone already is no error.</summary>
internal static class NetworkRemoval
{
    /// <summary>The link first, so that it never is there without its rules; then what the kernel knows of its connections, what was borrowed, the table, the journal.</summary>
    public static void Undo(NetworkJournal journal)
    {
        using (var routes = new RouteSocket()) routes.Delete(journal.Addresses.Link);
        Forget(journal.Addresses);
        foreach (var setting in Unshared(journal)) setting.PutBack();
        NftTables.Delete(journal.Addresses.Table);
        File.Delete(NetworkJournals.PathOf(journal.Addresses));
    }

    // Not worth leaving the rest behind: whoever gets the place next does it before the link is there, or doesn't run.
    private static void Forget(NatAddresses addresses)
    {
        try
        {
            ConnectionRemoval.Forget(addresses);
        }
        catch (SandboxException)
        {
            // see above
        }
    }

    /// <summary>The settings that no other sandbox needs.</summary>
    public static IEnumerable<BorrowedSetting> Unshared(NetworkJournal journal)
    {
        var others = NetworkJournals.Others(journal.Addresses).SelectMany(o => o.Settings).Select(s => s.Path).ToHashSet(StringComparer.Ordinal);
        return journal.Settings.Where(s => !others.Contains(s.Path));
    }
}
