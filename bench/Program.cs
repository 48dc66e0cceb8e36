namespace Sandbox.Bench;

internal static class Program
{
    private static int Main(string[] arguments)
    {
        var who = Environment.UserName == "root" ? "root" : "an ordinary user";
        var report = new Report(who);
        using var place = new Workplace();
        StageProfile.Run(report, place, arguments.Length > 1 ? int.Parse(arguments[1]) : 100);
        return 0;
    }
}
