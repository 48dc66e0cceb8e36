using System.Globalization;

namespace Sandbox.Cmdlets.Tests.Processes;

/// <summary>Finds processes of the machine by an argument that only one test gives them.</summary>
internal static class Survivors
{
    private static int last;

    /// <summary>A number of seconds for sleep(1) that no other process of the machine sleeps.</summary>
    public static string Marker() => string.Create(CultureInfo.InvariantCulture, $"{100_000 + Environment.ProcessId}.{Interlocked.Increment(ref last):000}");

    /// <summary>How many processes have the marker as an argument.</summary>
    public static int Count(string marker) => Directory.EnumerateDirectories("/proc").Count(folder =>
    {
        try
        {
            return char.IsAsciiDigit(Path.GetFileName(folder)[0]) && File.ReadAllText($"{folder}/cmdline").Split('\0').Contains(marker);
        }
        catch (IOException)
        {
            return false; // it has ended meanwhile
        }
    });

    /// <summary>Waits until so many have it; the test fails when that doesn't come about.</summary>
    public static void WaitFor(string marker, int count) =>
        Assert.True(SpinWait.SpinUntil(() => Count(marker) == count, TimeSpan.FromSeconds(10)), $"{Count(marker)} processes sleep for {marker}; {count} were expected.");
}
