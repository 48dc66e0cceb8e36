namespace Sandbox.Cmdlets.Tests.Denials;

/// <summary>The names of this process's threads, of which some may end meanwhile.</summary>
internal static class ThreadNames
{
    public static IEnumerable<string> OfSelf()
    {
        foreach (var task in Directory.GetDirectories("/proc/self/task"))
        {
            string name;
            try
            {
                name = File.ReadAllText(task + "/comm").Trim();
            }
            catch (IOException)
            {
                continue;
            }

            yield return name;
        }
    }
}
