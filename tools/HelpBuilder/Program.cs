namespace Sandbox.HelpBuilder;

/// <summary>Compiles the pages of docs/en-US, with the metadata of the built cmdlets, to the help that Get-Help reads.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments.Length != 3)
        {
            Console.Error.WriteLine("Usage: HelpBuilder <folder of .md pages> <module manifest or assembly> <output folder>");
            return 2;
        }

        IReadOnlyList<HelpError> errors = HelpCompiler.Compile(arguments[0], arguments[1], arguments[2]);
        foreach (HelpError error in errors) Console.Error.WriteLine(error);
        return errors.Count == 0 ? 0 : 1;
    }
}
