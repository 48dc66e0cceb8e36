namespace Sandbox.Hardening;

/// <summary>Finds the known name that a mistyped one most likely means.</summary>
internal static class NameSuggestion
{
    /// <summary>A sentence to append to an error, empty where nothing is near.</summary>
    public static string For(string name, IEnumerable<string> known)
    {
        string? best = null;
        int distance = Math.Max(2, name.Length / 3) + 1;
        foreach (string candidate in known)
        {
            int d = Distance(name.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (d < distance)
                (best, distance) = (candidate, d);
        }

        return best is null ? "" : $" Did you mean '{best}'?";
    }

    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitute, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
