namespace Sandbox.Shell;

internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (!ShellOptions.TryParse(arguments, out ShellOptions? options, out string problem))
        {
            Console.Error.WriteLine(problem);
            Console.Error.WriteLine(ShellOptions.Usage);
            return ShellSession.UsageError;
        }

        return new ShellSession(options).Run();
    }
}
