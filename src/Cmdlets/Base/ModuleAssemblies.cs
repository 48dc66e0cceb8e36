using System.Reflection;
using System.Runtime.Loader;

namespace Sandbox.Cmdlets.Base;

/// <summary>
/// Finds the assemblies that the module brings. Sandbox.Engine.dll lies beside Sandbox.dll and shares its context, because its types
/// are parameters and outputs. Packages load in a context of their own, so that another module's version of one can't stand in for ours.
/// </summary>
internal static class ModuleAssemblies
{
    private const string EngineName = "Sandbox.Engine";

    private static readonly Lock Gate = new();
    private static readonly string Folder = Path.GetDirectoryName(typeof(ModuleAssemblies).Assembly.Location)!;
    private static PackageLoadContext? packages;
    private static int imports;

    // One process may import the module in many runspaces: the handler stays until the last of them removes it.
    public static void Attach()
    {
        lock (Gate)
        {
            if (imports++ > 0) return;
            packages ??= new PackageLoadContext(Assembly.GetExecutingAssembly().Location);
            OwnContext.Resolving += Resolve;
            // At once, so that scripts can name its types before the first cmdlet runs: [Sandbox.NetworkMode]::None.
            OwnContext.LoadFromAssemblyName(new AssemblyName(EngineName));
        }
    }

    public static void Detach()
    {
        lock (Gate)
        {
            if (imports == 0 || --imports > 0) return;
            OwnContext.Resolving -= Resolve;
        }
    }

    private static AssemblyLoadContext OwnContext => AssemblyLoadContext.GetLoadContext(typeof(ModuleAssemblies).Assembly)!;

    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name)
    {
        if (name.Name != EngineName) return packages?.Find(name);
        string path = Path.Combine(Folder, EngineName + ".dll");
        return File.Exists(path) ? context.LoadFromAssemblyPath(path) : null;
    }
}
