using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Xml.Linq;

namespace Sandbox.Cmdlets.Tests.Views;

/// <summary>A session that has only the list views of one type: Format-List isn't part of the engine that the tests host.</summary>
internal sealed class ListSession : IDisposable
{
    private readonly Runspace runspace;
    private readonly CapturingHost host = new();
    private readonly string file = Path.Combine(Path.GetTempPath(), $"sandbox-test-{Guid.NewGuid():N}.Format.ps1xml");

    public ListSession(string type)
    {
        XDocument views = XDocument.Load(Path.Combine(StagedModule.Folder, "Views", type + ".Format.ps1xml"));
        views.Descendants("View").Where(view => view.Element("ListControl") is null).Remove();
        views.Save(file);
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.Formats.Add(new SessionStateFormatEntry(file));
        state.Types.Add(new SessionStateTypeEntry(Path.Combine(StagedModule.Folder, "Sandbox.Types.ps1xml")));
        runspace = RunspaceFactory.CreateRunspace(host, state);
        runspace.Open();
    }

    public string Render(object what)
    {
        using PowerShell shell = PowerShell.Create(runspace);
        shell.AddCommand("Out-Default").AddParameter("InputObject", what).Invoke();
        Assert.Empty(shell.Streams.Error);
        return host.Text;
    }

    public void Dispose()
    {
        runspace.Dispose();
        File.Delete(file);
    }
}
