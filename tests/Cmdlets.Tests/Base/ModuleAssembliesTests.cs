using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Sandbox.Cmdlets.Tests.Base;

public sealed class ModuleAssembliesTests
{
    [Fact]
    public void A_package_comes_from_the_module_folder_for_this_runtime_in_a_context_of_its_own()
    {
        using var session = new ModuleRunspace();
        Assembly assembly = session.Invoke("[Reflection.Assembly]::Load('Tmds.LibC')").Single<Assembly>();
        string architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";
        Assert.StartsWith(Path.Combine(StagedModule.Folder, "runtimes", architecture), assembly.Location, StringComparison.Ordinal);
        Assert.NotSame(AssemblyLoadContext.Default, AssemblyLoadContext.GetLoadContext(assembly));
    }

    [Fact]
    public void The_engine_shares_the_context_of_the_cmdlets()
    {
        using var session = new ModuleRunspace();
        Assembly engine = session.Invoke("[Sandbox.SandboxException].Assembly").Single<Assembly>();
        Assert.Equal(Path.Combine(StagedModule.Folder, "Sandbox.Engine.dll"), engine.Location);
        Assert.Same(AssemblyLoadContext.Default, AssemblyLoadContext.GetLoadContext(engine));
    }

    [Fact]
    public void An_assembly_that_the_module_does_not_bring_is_not_found()
    {
        using var session = new ModuleRunspace();
        Assert.Contains("FileNotFound", session.Invoke("[Reflection.Assembly]::Load('Sandbox.Nowhere')").SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
    }
}
